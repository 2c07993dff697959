"""Makes models: corpora to training data, LoRA training, GGUF, evaluation."""
