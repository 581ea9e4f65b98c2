"""Parses Markdown on standard input as GitHub does, and prints what it comes to, as JSON: the rows of each table, the
HTML, the links and images, the code, and the text that is none of these, in which GitHub looks for names and numbers.
"""

import json
import re
import sys

from markdown_it import MarkdownIt


def main():
    parser = MarkdownIt("gfm-like")
    # GitHub takes everything that begins with www. for an address, whatever it ends in.
    parser.linkify.tlds("example", True)
    tokens = parser.parse(sys.stdin.buffer.read().decode())
    found = {"tables": [], "headings": 0, "html": [], "links": [], "images": [], "code": [], "text": []}
    for token in tokens:
        if token.type == "table_open":
            found["tables"].append([])
        elif token.type == "tr_open":
            found["tables"][-1].append(0)
        elif token.type in ("th_open", "td_open"):
            found["tables"][-1][-1] += 1
        elif token.type == "heading_open":
            found["headings"] += 1
        elif token.type == "html_block":
            found["html"].append(token.content)
        elif token.type in ("code_block", "fence"):
            found["code"].append(token.content)
        children = token.children or []
        for place, child in enumerate(children):
            if child.type == "html_inline":
                found["html"].append(child.content)
            elif child.type == "link_open" and child.markup == "linkify":
                # The parser makes an address of every host; GitHub only of what begins like one, and of mail.
                if re.match(r"(?i)(www\.|https?://|ftp://)|.*@", children[place + 1].content):
                    found["links"].append(child.attrs["href"])
            elif child.type == "link_open":
                found["links"].append(child.attrs["href"])
            elif child.type == "image":
                found["images"].append(child.attrs["src"])
            elif child.type == "code_inline":
                found["code"].append(child.content)
            elif child.type in ("text", "text_special"):
                found["text"].append(child.content)
    json.dump(found, sys.stdout)


main()
