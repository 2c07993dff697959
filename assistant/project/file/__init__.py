"""The project's file: its tables and their steps, its making, its holder and its copies."""
