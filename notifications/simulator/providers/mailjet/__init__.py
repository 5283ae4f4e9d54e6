"""How does Mailjet behave?"""
