"""How does Mailgun behave?"""
