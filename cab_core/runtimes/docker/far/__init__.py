"""An engine elsewhere: rooms are copied there and back, and reach the gateway by a tunnel."""
