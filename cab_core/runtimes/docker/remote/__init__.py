"""An engine elsewhere: sandboxes are copied there and back, and reach the gateway by a tunnel."""
