"""What is wrong with this installation, and how is it mended? For `manage.py doctor` and the console's Health page."""
