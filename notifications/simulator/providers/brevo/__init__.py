"""How does Brevo behave?"""
