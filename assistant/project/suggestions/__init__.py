"""What engines and other suggesters said about the notes of a project, and in which runs."""
