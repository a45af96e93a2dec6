"""The playSMS-compatible door: systems that call a playSMS web service, GSAN among them, call Recado unchanged."""
