"""How do mail providers behave, when none may be reached? A process that stands in for them.

It speaks the HTTP APIs of several providers and SMTP, journals every mail it accepts,
sends their webhooks back, plays faults on request, and shows the mails in an inbox.
It imports nothing else of the project; start it with `manage.py simulator`.
"""
