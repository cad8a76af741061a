"""The terminal: what is typed, what is drawn, its clipboard, and what of Textual is private."""
