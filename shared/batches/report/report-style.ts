/** The style of report.html: system fonts, one color for each verdict, light and dark, cards on narrow screens. */
export const style = `
:root{--bg:#f6f7f9;--card:#fff;--ink:#1b2430;--soft:#5b6675;--line:#dfe4ea;
--failed:#c0322b;--held:#a35a00;--pending:#6b5bb5;--skipped:#6a7482;--unchanged:#2f6f9f;--done:#1f7a44}
@media(prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1b2129;--ink:#e6eaf0;--soft:#9aa5b4;--line:#2e3742;
--failed:#ff8a80;--held:#f5b14c;--pending:#b3a6f2;--skipped:#a3adba;--unchanged:#7fbce8;--done:#6fd197}}
*{box-sizing:border-box}
html{scroll-behavior:smooth}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1240px;margin:0 auto;padding:32px 24px 48px}
h1{margin:0;font-size:28px;line-height:1.2;overflow-wrap:anywhere}
h2{margin:32px 0 12px;font-size:18px}
p{margin:0}
.kind{margin-bottom:4px;color:var(--soft);font-size:13px}
.lead{margin-top:8px;font-size:18px}
.facts{margin:6px 0 22px;color:var(--soft);font-size:13px;overflow-wrap:anywhere}
.note{margin:0 0 20px;padding:12px 16px;background:var(--card);border:1px solid var(--line);border-left:4px solid var(--held);border-radius:8px}
.note,.reasons,.rows td{overflow-wrap:anywhere}
.note p+p{margin-top:6px}
.tiles{display:grid;grid-template-columns:repeat(6,1fr);gap:12px}
.tile{padding:14px 16px;background:var(--card);border:1px solid var(--line);border-top:3px solid currentColor;border-radius:8px;text-decoration:none}
a.tile:hover,a.tile:focus-visible{border-color:currentColor;outline:0}
.tile b{display:block;font-size:26px;line-height:1.15;font-variant-numeric:tabular-nums}
.tile span{font-weight:600}
.tile small{display:block;color:var(--soft);font-size:12px;line-height:1.35;margin-top:2px}
.tile.none{color:var(--soft);border-top-color:var(--line)}
.tile.none b,.tile.none span{font-weight:400}
.failed{color:var(--failed)}.held{color:var(--held)}.pending{color:var(--pending)}
.skipped{color:var(--skipped)}.unchanged{color:var(--unchanged)}.done{color:var(--done)}
.bar{display:flex;gap:2px;height:12px;margin:16px 0 0;border-radius:6px;overflow:hidden}
.bar i{flex:0 0 auto;flex-basis:0;min-width:4px;background:currentColor}
.reasons{margin:0;padding:0;list-style:none;background:var(--card);border:1px solid var(--line);border-radius:8px}
.reasons li{display:grid;grid-template-columns:150px 1fr;gap:4px 16px;padding:12px 16px}
.reasons li+li{border-top:1px solid var(--line)}
.fix{color:var(--soft)}
.fix::before{content:"\\2192\\00a0"}
.change s{color:var(--soft);text-decoration-color:var(--line)}
small{color:var(--soft)}
code{font:12px/1.45 ui-monospace,SFMono-Regular,Consolas,monospace;overflow-wrap:anywhere}
.scroll{background:var(--card);border:1px solid var(--line);border-radius:8px;overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:14px}
th,td{padding:8px 12px;text-align:left;vertical-align:top}
tr+tr>*,tbody tr:first-child>*{border-top:1px solid var(--line)}
thead th{color:var(--soft);font-size:12px;font-weight:600;white-space:nowrap}
.counts th:first-child{font-weight:400;white-space:nowrap}
.counts td,.counts th:not(:first-child){text-align:right;font-variant-numeric:tabular-nums}
.pace{margin:0;padding:14px 16px;background:var(--card);border:1px solid var(--line);border-radius:8px}
.pace svg{display:block;width:100%;height:120px;fill:var(--done)}
.pace line{stroke:var(--held);stroke-width:1.5;stroke-dasharray:6 4;vector-effect:non-scaling-stroke}
figcaption{margin-top:8px;color:var(--soft);font-size:12px}
details{margin-top:16px;background:var(--card);border:1px solid var(--line);border-radius:8px}
summary{padding:10px 16px;color:var(--soft);cursor:pointer}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(240px,1fr));gap:12px 24px;margin:0;padding:4px 16px 16px}
dt{color:var(--soft);font-size:12px}
dd{margin:0;overflow-wrap:anywhere}
.cut{color:var(--soft);margin:-6px 0 12px}
.rows td:first-child,.rows th:first-child{font-variant-numeric:tabular-nums;text-align:right;color:var(--soft)}
.rows td:nth-child(3){white-space:nowrap}
.rows td:nth-child(4){overflow-wrap:anywhere;min-width:200px}
.rows td:nth-child(5){min-width:190px;overflow-wrap:anywhere}
.rows td:nth-child(6){min-width:280px}
.rows td:nth-child(7){min-width:210px;color:var(--soft);font-size:12px}
.rows tr.whole>*{border-top:2px solid var(--line);padding-top:10px}
.rows tr:target>*{background:color-mix(in srgb,var(--held) 12%,transparent)}
footer{margin-top:24px;color:var(--soft);font-size:13px}
@media(max-width:900px){.tiles{grid-template-columns:repeat(3,1fr)}}
@media(max-width:640px){main{padding:20px 14px 32px}h1{font-size:23px}
.tiles{gap:8px}.tile{padding:10px 12px}.tile b{font-size:21px}.tile small{display:none}
.reasons li{grid-template-columns:1fr;padding:10px 12px}.counts{font-size:13px}.counts th,.counts td{padding:7px 6px}.counts th:first-child{padding-left:12px}
.scroll:has(.rows){background:none;border:0;overflow:visible}
.rows,.rows tbody,.rows tr,.rows td{display:block;width:100%}.rows thead{display:none}
.rows tr{margin-bottom:8px;padding:10px 12px;background:var(--card);border:1px solid var(--line);border-radius:8px}
.rows td{padding:2px 0;border:0!important;display:flex;gap:10px;min-width:0!important;text-align:left!important}
.rows td.empty{display:none}
.rows td::before{content:attr(data-name);flex:0 0 72px;color:var(--soft);font-size:12px;line-height:1.75}}
@media print{body{background:none}.scroll{overflow:visible}tr,li{break-inside:avoid}}
`;
