"""How does a table of contacts come in? Uploaded, mapped, looked through, brought in by workers, and taken back."""
