"""The REST API: version 1, described by the OpenAPI document that it serves.

    authentication, scopes   whose call it is, and whether it may
    door                     what every address does alike: limits, rate, ETag, problem details
    idempotency              the same key twice is one send, and the same answer
    serializers/, views/     one file a subject

Errors are problem details (RFC 9457) in Portuguese with a code that does not change.
"""
