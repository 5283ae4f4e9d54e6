"""How does Postmark behave?"""
