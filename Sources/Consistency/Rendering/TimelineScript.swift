/// The style and the script of the timeline page; plain, without any library.
enum TimelineScript {
  static let style = """
    :root{color-scheme:light dark;--core:#d33;--op:#4878b0;--lost:#999;--band:rgba(220,150,40,.18);--text:#222;--bg:#fff}
    @media(prefers-color-scheme:dark){:root{--text:#ddd;--bg:#181a1d;--op:#6aa0dd;--lost:#777}}
    body{font:15px/1.45 system-ui,sans-serif;margin:1.5rem auto;max-width:76rem;padding:0 1rem;color:var(--text);background:var(--bg)}
    h1{font-size:1.3rem}h2{font-size:1.05rem;margin-top:1.6rem}pre{overflow-x:auto;line-height:1.25}
    canvas{width:100%;height:min(60vh,34rem);border:1px solid #8886;touch-action:none}table{border-collapse:collapse}
    td,th{text-align:left;padding:.2rem .7rem .2rem 0;border-bottom:1px solid #8883}
    .verdict{font-weight:600}.holds{color:#2a8a3e}.violated{color:#d33}.unknown{color:#b8860b}.hint,.note{opacity:.75}
    """

  static let code = #"""
    (()=>{const c=document.getElementById('picture'),x=c.getContext('2d'),d=document.getElementById('detail');
    const raw=data.operations,timed=raw.some(o=>o[3]>0);
    const ops=raw.map(o=>({a:timed?o[2]:o[0],b:timed?(o[6]===1||o[3]<0?Infinity:o[3]):(o[1]<0?Infinity:o[1]),core:o[5]===1,out:o[6],
    p:o[4],text:o[7],short:o[8]}));
    let lo=Infinity,hi=-Infinity;for(const o of ops){lo=Math.min(lo,o.a);hi=Math.max(hi,o.a,isFinite(o.b)?o.b:o.a)}
    if(!(hi>lo)){lo=lo===Infinity?0:lo;hi=lo+1}
    // Lanes: an operation takes the first lane that is free; those that never end share lanes below all others.
    const ends=[],open=[];for(const o of ops){const s=isFinite(o.b)?ends:open,e=isFinite(o.b)?o.b:o.a+(hi-lo)/200;let l=0;
    while(l<s.length&&s[l]>=o.a)l++;s[l]=e;o.lane=l}for(const o of ops)if(!isFinite(o.b))o.lane+=ends.length;
    const core=ops.filter(o=>o.core);let from=lo,to=hi;
    const toCore=()=>{if(!core.length){from=lo;to=hi;return}let a=Infinity,b=-Infinity;for(const o of core){a=Math.min(a,o.a);b=Math.max(b,isFinite(o.b)?o.b:o.a)}
    const m=(b-a||1)*.6;from=a-m;to=b+m};toCore();
    const css=n=>getComputedStyle(document.documentElement).getPropertyValue(n);
    let w=0,h=0;const size=()=>{const r=devicePixelRatio||1;w=c.clientWidth;h=c.clientHeight;c.width=w*r;c.height=h*r;x.setTransform(r,0,0,r,0,0);draw()};
    const px=t=>(t-from)/(to-from)*w;const top=22;
    const unit=()=>timed?' ms':'';const show=t=>timed?(t/1e6).toFixed(3):Math.round(t);
    function draw(){x.clearRect(0,0,w,h);const seen=ops.filter(o=>px(o.a)<=w&&(isFinite(o.b)?px(o.b)>=0:true));
    const lanes=Math.max(1,...seen.map(o=>o.lane+1)),lh=Math.max(2,Math.min(26,(h-top-6)/lanes));
    x.fillStyle=css('--band');data.faults.forEach((f,i)=>{const a=px(f[0]),b=i+1<data.faults.length?px(data.faults[i+1][0]):w;
    if(timed&&i%2===0&&b>0&&a<w)x.fillRect(a,0,Math.max(2,b-a),h)});
    x.font='11px system-ui';x.fillStyle=css('--text');
    if(timed)data.faults.forEach(f=>{const a=px(f[0]);if(a>=0&&a<w)x.fillText(f[1],a+3,h-6)});
    for(let i=0;i<=6;i++){const t=from+(to-from)*i/6;x.fillText(show(t)+unit(),Math.min(w-70,i*w/6+2),12)}
    const named=[];
    for(const pass of [0,1])for(const o of seen){if((pass===1)!==o.core)continue;const a=px(o.a),b=isFinite(o.b)?px(o.b):w,y=top+o.lane*lh;
    x.fillStyle=o.core?css('--core'):o.out===0?css('--op'):css('--lost');x.globalAlpha=o.core?1:o.out===2?.3:isFinite(o.b)?.75:.25;
    const bw=Math.max(1.5,b-a);x.fillRect(a,y,bw,Math.max(1.5,lh-2));x.globalAlpha=1;
    if(lh>=12&&bw>34){x.save();x.beginPath();x.rect(a,y,bw,lh);x.clip();x.fillStyle=isFinite(o.b)?'#fff':css('--text');
    // Operations without an end lie over each other: a name is written only where the one before it is over.
    if(isFinite(o.b))x.fillText(o.short,Math.max(a,0)+3,y+lh/2+3);
    else if(a>=(named[o.lane]||0)){x.fillText(o.short,a+3,y+lh/2+3);named[o.lane]=a+9+x.measureText(o.short).width}x.restore()}}}
    const zoom=(f,at)=>{const t=from+(to-from)*at;from=t-(t-from)*f;to=t+(to-t)*f;draw()};
    c.addEventListener('wheel',e=>{e.preventDefault();zoom(Math.exp(e.deltaY*.0015),e.offsetX/w)},{passive:false});
    let drag=null;c.addEventListener('pointerdown',e=>{drag=[e.clientX,from,to];c.setPointerCapture(e.pointerId);c.focus()});
    c.addEventListener('pointerup',()=>{drag=null});
    c.addEventListener('pointermove',e=>{if(drag){const s=(drag[0]-e.clientX)/w*(drag[2]-drag[1]);from=drag[1]+s;to=drag[2]+s;draw();return}
    const seen=ops.filter(o=>px(o.a)<=w&&(isFinite(o.b)?px(o.b)>=0:true)),lanes=Math.max(1,...seen.map(o=>o.lane+1)),lh=Math.max(2,Math.min(26,(h-top-6)/lanes));
    const l=Math.floor((e.offsetY-top)/lh),hit=seen.filter(o=>o.lane===l&&px(o.a)-2<=e.offsetX&&(isFinite(o.b)?px(o.b):w)+2>=e.offsetX).pop();
    d.textContent=hit?hit.text:'\u00a0'});
    c.addEventListener('keydown',e=>{const s=(to-from)*.15;const k={'+':()=>zoom(.7,.5),'=':()=>zoom(.7,.5),'-':()=>zoom(1.4,.5),'0':()=>{from=lo;to=hi;draw()},
    c:()=>{toCore();draw()},ArrowLeft:()=>{from-=s;to-=s;draw()},ArrowRight:()=>{from+=s;to+=s;draw()}}[e.key];if(k){k();e.preventDefault()}});
    addEventListener('resize',size);size()})();
    """#
}
