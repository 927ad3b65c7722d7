"""What vendors send, in the forms of their references: one file a protocol."""
