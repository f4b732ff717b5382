//! Video providers: KIE.AI and the typed registry of its models.
