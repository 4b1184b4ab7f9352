"""Stand-ins that real tests share."""
