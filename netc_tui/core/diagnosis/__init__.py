"""What is wrong on a path, decided from facts alone."""
