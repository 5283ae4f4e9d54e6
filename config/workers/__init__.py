"""Who does the work? One process per group of queues and a sweeper, forked and watched by `manage.py workers`."""
