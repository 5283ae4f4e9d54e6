"""How does SendGrid behave?"""
