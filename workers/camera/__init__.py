"""How far a fixed camera has moved since its picture was calibrated."""
