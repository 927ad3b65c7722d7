"""The model endpoint that every CLI talks to: it relays, records, limits; and plays scripted models."""
