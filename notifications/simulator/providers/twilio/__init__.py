"""How does Twilio behave?"""
