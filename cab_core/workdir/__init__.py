"""The work dir: laid out, listed, compared, turned into a patch. What an agent left is hostile here."""
