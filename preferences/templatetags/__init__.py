"""Which words do public pages' templates use?"""
