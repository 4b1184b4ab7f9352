"""Who may come in: tokens, and the key that signs them."""
