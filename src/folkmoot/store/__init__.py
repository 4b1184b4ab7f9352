"""What is kept: a database, and a folder. The only part that opens files."""
