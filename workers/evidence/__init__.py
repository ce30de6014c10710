"""Pictures and a clip that show a finding."""
