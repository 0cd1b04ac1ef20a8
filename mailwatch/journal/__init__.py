"""The journal as files that a stranger can verify, and their verification.

    head                 origin, number of lines, SHA-256 of all of them: three lines of text
    head.sig             its signature, by `ssh-keygen -Y sign`
    key.pub              the key that signs; `allowed_signers` says the same to `ssh-keygen -Y verify`
    AAAA-MM-JJ.jsonl     the lines of a day (UTC), as the register chains them
    AAAA-MM-JJ.head      a head of that day that an authority dated, and `.tsr`, its token (RFC 3161)
    tsa.pem              the certificates of that authority
    SHA256SUMS           the digests of all of these, for `sha256sum -c`

The register is the source, the files are its projection: a file that was cut short by a crash is completed from it.
Nothing here names a person.
"""
