"""What goes on, as it happens: watchers that deliver frozen snapshots for as long as they run.

Each watches one thing and knows nothing of the others or of a screen. They deliver on the loop
that they run on, end when they are cancelled, and leave nothing behind.
"""
