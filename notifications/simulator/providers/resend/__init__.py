"""How does Resend behave?"""
