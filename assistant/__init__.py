"""What works on the person's machine: the engine that decodes, the project that stores, the screens that review."""
