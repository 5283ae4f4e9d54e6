"""How does a campaign come to be approved? Writing, checks, schedules and the second person."""
