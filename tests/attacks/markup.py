"""What a student can put into HTML, and what of it would live in a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VECTORS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg><script>alert(1)</script><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "<a href='javascript:alert(1)'>x</a><a href='&#x6a;avascript:alert(1)'>x</a><a href=' data:text/html,1'>x</a>",
    "<a href='https://evil.example/login'>log in</a><a title='a>b' class=s href='https://evil.example'>log in</a>",
    "<iframe src='https://evil.example'></iframe><object data=x></object><embed src=x>",
    "<form action='https://evil.example'><input name=a autofocus onfocus=alert(1)><button>go</button></form>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'><base href='https://evil.example/'>",
    "<link rel=stylesheet href='https://evil.example/a.css'><style>@import 'https://evil.example/b.css'</style>",
    "<div style='position:fixed;top:0;left:0;width:100%;height:100%;z-index:9999;background:white'>full marks</div>",
    "<div style='margin-top:-4000px;background-color:white'>full marks</div>",
    "<div style='margin:-9em; text-indent: -5em; width: calc(0px - 4px)'>full marks</div>",
    "<div style='background:url(https://evil.example/c.png);list-style-image:url(https://evil.example/d.png)'>x</div>",
    "<div style='width:expression(alert(1));behavior:url(x)'>x</div>",
    "<p style='background-color:red;background-image:\\75rl(https://evil.example/e)'>x</p>",
    "<div class='navbar-fixed-top full-credit' id='relu'>x</div>",
    "<img src='https://evil.example/pixel.png' srcset='https://evil.example/p2.png'>",
    "<video src=https://evil.example poster=https://evil.example autoplay></video><audio src=x onerror=alert(1)>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<template><script>alert(1)</script></template><details open ontoggle=alert(1)>x</details>",
    "$\\href{javascript:alert(1)}{x} \\style{position:fixed}{y} \\cssId{relu}{z} &#92;href{https://evil.example}{q}$",
    "</pre></div></body></html><script>alert(1)</script>",
    "$\\\\href{javascript:alert(1)}{x} \\&#8203;style{position:fixed}{y} \\hr&#8203;ef{x}{z}$ &#x202e;txet",
    "<a href='https://evil.example/1'><table><tr><td><a href='https://evil.example/2'>x</a></td></tr></table></a>",
    "<img src='d ata:image/png,x'><img src='/formgrader/api'><img src='data:text/html'><p background='//evil.example'>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<select><option><style></option></select><b><img src=x onerror=alert(1)></style>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp><plaintext><textarea><title></textarea><script>alert(1)",
    "<p style='color:red;}body{position:fixed'>x</p><p style='color:/*;*/red;@import \"//evil.example\"'>y</p>",
    "<p style='width:calc(1px);background:image-set(\"//evil.example\" 1x);border-image:url(//evil)'>x</p>",
    "<a href='vbscript:x'>x</a><a href='da\nta:text/html,1'>y</a><q cite='https://evil.example'>z</q>",
    "<!--><img src=x onerror=alert(1)>--><![CDATA[<script>]]><?xml x?><<script>alert(1)//<</script>",
    "\x1b]8;;https://evil.example\x07link\x1b]8;;\x07 \x9b31m \u202etxet",
]


ACTIVE = re.compile(
    "script|iframe|object|embed|form|input|button|textarea|svg|math|video|audio|base|link|meta|style|template"
)


class Living(HTMLParser):
    """Markup that runs, loads, sends, leads away, overlays or takes a name
    that scripts look for."""

    def __init__(self, markup: str):
        super().__init__()
        self.found: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        if ACTIVE.fullmatch(tag):
            self.found.append(tag)
        for name, value in attrs:
            compact = "".join((value or "").lower().split())
            if (
                name.startswith("on")
                or name in ("srcset", "action", "formaction", "xlink:href", "srcdoc")
                or (name == "id" and not compact.startswith("cell-id="))
                or (name == "href" and not compact.startswith("#"))
                or (name == "src" and not compact.startswith("data:image/"))
                or (name == "class" and "fixed" in compact)
                or (name == "style" and re.search(r"position|z-index|url|expression|calc|-\d|\\", compact))
            ):
                self.found.append(f"{tag} {name}={value}")
