"""From findings to words: facts with ids, sentences that cite them, the check, the digest and its renderings."""
