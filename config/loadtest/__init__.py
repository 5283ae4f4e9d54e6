"""How fast is it on this machine? Scenarios for `manage.py loadtest`, each run against servers of its own."""
