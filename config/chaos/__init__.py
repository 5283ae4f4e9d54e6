"""What becomes of mail when things break? Scenarios for `manage.py chaos`, against servers and workers of its own."""
