"""What a program that stays open knows of one host: what there is, what is being done, what was.

No Textual, and nothing global: several desks, each of another host, may be open at once.
"""
