"""An archive for somebody who helps: what netc knows of this host, gathered side by side, and none
of what is a secret of others.

``gather`` asks, ``assemble`` says which files that makes, ``archive`` makes one file of
them and writes it.
"""
