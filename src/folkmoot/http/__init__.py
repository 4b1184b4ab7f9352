"""Pages, probes and the way in to signalling."""
