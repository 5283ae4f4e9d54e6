"""How does a developer look at the mails that would have been sent?"""
