"""How are they written in English?"""
