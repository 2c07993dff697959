"""A project: one private folder with one SQLite file that keeps notes, suggestions and every decision."""
