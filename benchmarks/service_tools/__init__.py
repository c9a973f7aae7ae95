"""Parts of service.py and service_abuse.py."""
