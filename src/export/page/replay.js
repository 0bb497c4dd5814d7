/* Plays the connection that the page's data describe, or the lesson, whose stops show connections and ask. The data come from a capture, so every string of theirs is only
 * ever set as text. See src/export/html.c for the form of the data. */
"use strict";
(function () {
	const data = JSON.parse(document.getElementById("data").textContent);
	data.replays.forEach((one) => one.steps.forEach((step, index) => {
		step.s = step.s || (index ? one.steps[index - 1].s : one.start);
	}));
	let replay = null, steps = [];
	const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
	const FLIGHT = 600, READING = 1500; // milliseconds at speed 1
	let at = 0, arrived = true, flying = false, playing = false, since = 0, timer = 0;

	const $ = (id) => document.getElementById(id);

	function element(tag, className, text) {
		const made = document.createElement(tag);
		if (className)
			made.className = className;
		if (text !== undefined)
			made.textContent = text;
		return made;
	}

	/* A message in the page's language, with values for {0} and {1}. */
	function say(message, ...values) {
		const text = data.words && own(data.words, message) || message;
		return text.replace(/\{(\d)\}/g, (gap, index) => values[index]);
	}

	function drawing(tag, attributes) {
		const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
		for (const name in attributes)
			made.setAttribute(name, attributes[name]);
		return made;
	}

	/* A text is the number of a template, or that number and the numerals that fill the template's gaps. */
	function sentence(reference) {
		if (typeof reference === "number")
			return data.texts[reference];
		let next = 1;
		return data.texts[reference[0]].replace(/\u0001/g, () => reference[next++]);
	}

	function seconds(step) {
		return step.t / 1e9;
	}

	function wait(nanoseconds) {
		const units = [[60e9, "min"], [1e9, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]];
		const unit = units.find((one) => nanoseconds >= one[0]) || units[4];
		return Number((nanoseconds / unit[0]).toPrecision(4)) + " " + unit[1];
	}

	/* With one capture a segment's arrival follows its departure in the same step; with several it is a step of its own. */
	function flies(step) {
		return step.from >= 0 && !step.way;
	}

	/* The states after a step; before its segment has arrived, those of the receiver are still the ones before. */
	function states(index, hasArrived) {
		const step = steps[index], before = index ? steps[index - 1].s : replay.start;
		return [0, 1].map((side) => hasArrived || step.from === side || !flies(step) ? step.s[side] : before[side]);
	}

	function stateName(text) {
		return text.replace(/[~?!]$/, "");
	}

	/* ---- The state diagram (RFC 9293, figure 5) */

	const nodes = {
		CLOSED: [150, 16], LISTEN: [245, 66], SYN_SENT: [60, 66], SYN_RECEIVED: [245, 116], ESTABLISHED: [150, 166],
		FIN_WAIT_1: [60, 216], CLOSE_WAIT: [245, 216], FIN_WAIT_2: [60, 266], CLOSING: [150, 266], LAST_ACK: [245, 266],
		TIME_WAIT: [105, 316],
	};
	const ways = ["CLOSED LISTEN", "CLOSED SYN_SENT", "LISTEN SYN_RECEIVED", "SYN_SENT SYN_RECEIVED",
		"SYN_SENT ESTABLISHED", "SYN_RECEIVED ESTABLISHED", "ESTABLISHED FIN_WAIT_1", "ESTABLISHED CLOSE_WAIT",
		"FIN_WAIT_1 FIN_WAIT_2", "FIN_WAIT_1 CLOSING", "FIN_WAIT_2 TIME_WAIT", "CLOSING TIME_WAIT",
		"CLOSE_WAIT LAST_ACK"];

	function buildDiagram() {
		const svg = $("diagram");
		for (const way of ways) {
			const ends = way.split(" ").map((name) => nodes[name]);
			svg.appendChild(drawing("line", {x1: ends[0][0], y1: ends[0][1], x2: ends[1][0], y2: ends[1][1]}));
		}
		for (const name in nodes) {
			const group = drawing("g", {id: "state-" + name});
			const x = nodes[name][0], y = nodes[name][1];
			group.appendChild(drawing("rect", {x: x - 44, y: y - 12, width: 88, height: 24, rx: 4}));
			const label = drawing("text", {x: x, y: y + 4, "text-anchor": "middle"});
			label.textContent = name;
			group.appendChild(label);
			svg.appendChild(group);
		}
	}

	function showDiagram(shown) {
		for (const name in nodes) {
			const sides = [0, 1].filter((side) => stateName(shown[side]) === name);
			$("state-" + name).setAttribute("class", sides.map((side) => "at" + side).join(" "));
		}
		$("diagram-text").textContent = replay.names.map((name, side) => name + ": " + shown[side]).join(", ");
	}

	/* ---- The lifelines */

	/* The calls after a step stand below its arrow; so on the other side there is as much room. */
	function heightAfter(step) {
		return step.a ? Math.max(...step.a.map((calls) => calls ? calls.split("\n").length : 0)) * 1.25 + "em" : "0em";
	}

	function callsAfter(step, side) {
		const calls = element("span", "calls after", step.a ? step.a[side] : "");
		calls.style.height = heightAfter(step);
		return calls;
	}

	function buildRows() {
		const list = $("rows");
		steps.forEach((step, index) => {
			const item = element("li"), row = element("button", "row");
			const before = index ? steps[index - 1].s : replay.start;
			row.type = "button";
			const time = element("span", "time", index ? "+" + wait(step.t - steps[index - 1].t) : "0 s");
			time.style.paddingBottom = heightAfter(step);
			row.appendChild(time);
			for (const side of [0, 1]) {
				const changed = step.s[side] !== before[side];
				const margin = element("span", "side side" + side);
				margin.appendChild(element("span", "calls", step.c ? step.c[side] : ""));
				const state = element("span", "", changed || !index ? step.s[side] : "");
				state.dataset.state = stateName(step.s[side]);
				margin.appendChild(state);
				margin.appendChild(callsAfter(step, side));
				row.appendChild(margin);
			}
			const way = element("span", "way");
			way.style.paddingBottom = "calc(.45rem + " + heightAfter(step) + ")";
			if (step.p !== undefined)
				way.appendChild(element("span", "pause", sentence(step.p)));
			const arrives = step.way === "arrives" && step.o !== undefined;
			way.appendChild(element("span", "label", arrives ? say("arrives after {0}", wait(step.t - steps[step.o].t)) : sentence(step.l)));
			if (flies(step))
				way.appendChild(element("span", "arrow from" + step.from));
			row.insertBefore(way, row.lastChild);
			row.setAttribute("aria-label", describe(index));
			row.addEventListener("click", () => { pause(); show(index, true); });
			item.appendChild(row);
			list.appendChild(item);
		});
	}

	/* The arrows of several points, each from the row of the departure to that of the arrival. */
	function drawWays() {
		const list = $("rows"), cells = list.querySelectorAll(".way");
		const old = list.querySelector("svg");
		if (old)
			old.remove();
		if (!steps.some((step) => step.way))
			return;
		const frame = list.getBoundingClientRect(), cell = cells[0].getBoundingClientRect();
		const edges = [cell.left - frame.left, cell.right - frame.left];
		const height = (i) => cells[i].getBoundingClientRect().bottom - frame.top + list.scrollTop - 6 -
			cells[i].parentNode.querySelector(".after").offsetHeight;
		const svg = drawing("svg", {"class": "ways", width: list.clientWidth, height: list.scrollHeight, "aria-hidden": "true"});
		const line = (i, x0, y0, x1, y1) => svg.appendChild(drawing("line", {x1: x0, y1: y0, x2: x1, y2: y1, "class": "w" + steps[i].from, "data-step": i}));
		steps.forEach((step, i) => {
			if (!step.way)
				return;
			const start = edges[step.from], end = edges[1 - step.from], stub = start + (end - start) * (step.lost ? .5 : .15);
			if (step.way === "leaves") {
				line(i, start, height(i), stub, height(i));
				if (step.lost)
					svg.appendChild(drawing("text", {x: stub, y: height(i) + 5, "class": "lost", "data-step": i})).textContent = "\u2715";
				return;
			}
			const from = step.o === undefined ? i : step.o, head = end + (step.from ? 8 : -8);
			line(i, stub, height(from), end, height(i));
			svg.appendChild(drawing("path", {d: "M" + head + " " + (height(i) - 4) + "L" + end + " " + height(i) + "L" + head + " " + (height(i) + 4) + "z",
				"class": "w" + step.from, "data-step": i}));
		});
		list.appendChild(svg);
		showWays();
	}

	function showWays() {
		$("rows").querySelectorAll("[data-step]").forEach((part) => part.classList.toggle("later", Number(part.dataset.step) > at));
	}

	function describe(index) {
		const step = steps[index];
		const sender = replay.names[step.from], receiver = replay.names[1 - step.from], label = sentence(step.l);
		const what = step.from < 0 ? label : !step.way ? say("{0} to {1}: {2}", sender, receiver, label) :
			step.way === "leaves" ? say("{0} sends {1}", sender, label) : say("{0} receives {1}", receiver, label);
		return say("Step {0}. {1}", index + 1, what) + ". " +
			replay.names.map((name, side) => name + " " + step.s[side]).join(", ") +
			[step.c, step.a].map((calls) => replay.names.map((name, side) => calls && calls[side] ? ". " + name + ": " + calls[side] : "").join("")).join("");
	}

	/* ---- The fields of a step's packet: each step holds what differs from the packet before in its direction */

	function fieldsOf(index) {
		const values = new Map();
		for (let i = 0; i <= index; i++) {
			if (steps[i].from !== steps[index].from || !steps[i].f)
				continue;
			for (let k = 0; k < steps[i].f.length; k += 2) {
				if (steps[i].f[k + 1] === null)
					values.delete(steps[i].f[k]);
				else
					values.set(steps[i].f[k], steps[i].f[k + 1]);
			}
		}
		return steps[index].f ? values : new Map();
	}

	function showFields(index) {
		const body = $("fields"), values = fieldsOf(index);
		let layer = null;
		body.textContent = "";
		$("packet").textContent = steps[index].n ? say("Packet {0}", steps[index].n) : say("No packet: only time passes");
		for (const key of Array.from(values.keys()).sort((a, b) => a - b)) {
			const field = data.fields[key];
			if (field[0] !== layer) {
				const head = element("tr");
				const cell = element("th", "layer", data.layers[field[0]]);
				cell.colSpan = 2;
				cell.scope = "colgroup";
				head.appendChild(cell);
				body.appendChild(head);
				layer = field[0];
			}
			const line = element("tr"), name = element("th", "", field[1]);
			name.scope = "row";
			line.appendChild(name);
			line.appendChild(element("td", "", String(values.get(key))));
			body.appendChild(line);
		}
	}

	/* ---- Showing a step */

	function show(index, hasArrived) {
		const changed = index !== at || !$("rows").querySelector(".now");
		at = index;
		arrived = hasArrived;
		const shown = states(index, hasArrived), step = steps[index];
		[0, 1].forEach((side) => {
			const box = $("box" + side);
			if (box.textContent !== shown[side]) {
				box.textContent = shown[side];
				box.dataset.state = stateName(shown[side]);
				box.classList.remove("flash");
				void box.offsetWidth; // starts the animation over
				box.classList.add("flash");
			}
			$("wait" + side).textContent = hasArrived && step.w ? step.w[side] : "";
		});
		showDiagram(shown);
		showWays();
		Array.from($("rows").children).forEach((item, i) => {
			if (item.tagName !== "LI")
				return;
			item.className = i > index ? "later" : i === index ? "now" + (hasArrived ? "" : playing || flying ? " flying" : " held") : "";
			item.hidden = i > last();
			if (i === index)
				item.firstChild.setAttribute("aria-current", "step");
			else
				item.firstChild.removeAttribute("aria-current");
		});
		for (const name of ["what", "lab", "why", "next", "note"]) {
			const text = step[name] === undefined ? "" : sentence(step[name]);
			$("text-" + name).textContent = text;
			$("text-" + name).parentNode.hidden = !text;
		}
		$("scrub").value = index;
		$("scrub").setAttribute("aria-valuetext", describe(index));
		$("where").textContent = say("step {0} of {1}, {2} s", index + 1, steps.length, seconds(step).toFixed(6));
		if (changed) {
			showFields(index);
			const row = $("rows").children[index];
			if (row.scrollIntoView)
				row.scrollIntoView({block: "nearest"});
		}
	}

	/* ---- A lesson: its stops, and the answers that are typed (see src/lesson/spelling.c and east.c) */

	const stops = data.stops || [];
	const right = new Set();
	let stopAt = -1, answered = false, hint = 0;

	function stop() {
		return stops[stopAt];
	}

	/* The last step that may be shown: the stop's, so that nothing gives away what comes next. */
	function last() {
		if (!stop() || stop().replay < 0 || !stop().n)
			return steps.length - 1;
		let at = steps.length - 1;
		while (at > 0 && !(steps[at].n && steps[at].n <= stop().n))
			at--;
		return at;
	}

	const EAST = /[\u2e80-\u2fff\u3005\u3007\u3040-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/gu;

	/* The text with the characters of ASCII in place of those of East Asian keyboards that mean the same. */
	function plain(text) {
		return text.replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/\u3002/g, ".")
			.replace(/\u3001/g, ";").replace(/[\u00b7\u2018\u201c\u201d\u3000\u3003\u3004\u3006\u3008-\u303f\uff5f-\uff65]/g, " ");
	}

	function fold(text) {
		return plain(text).replace(/[A-Z]/g, (c) => c.toLowerCase()).replace(/[^a-z0-9\u0080-\uffff]/g, "");
	}

	function own(object, name) {
		return Object.prototype.hasOwnProperty.call(object, name) ? object[name] : null;
	}

	/* The words of an answer that are no fillers. */
	function wordsOf(text) {
		return plain(text).replace(/[A-Z]/g, (c) => c.toLowerCase()).replace(new RegExp(EAST.source + "+", "gu"), " $& ")
			.split(/[^a-z0-9'\u0080-\uffff]+/)
			.map((word) => word.replace(/'/g, ""))
			.filter((word) => word && !data.fillers.includes(word));
	}

	function meantBy(text) {
		return wordsOf(text).map((word) => own(data.synonyms, word) || word).join("");
	}

	/* The same, each once, and without the s of "servers". */
	function distinctWords(text) {
		const words = wordsOf(text).map((word) => word.length > 3 ? word.replace(/([^s])s$/, "$1") : word)
			.map((word) => own(data.synonyms, word) || word);
		return words.filter((word, i) => words.indexOf(word) === i);
	}

	/* The only one of the list that the text is a part of, or else that is a part of the text: Chinese has no spaces. */
	function partOf(list, text) {
		const short = (one) => fold(one).replace(/\u7684/g, ""), typed = short(text), keys = list.map(short);
		const within = keys.filter((key) => typed && key.includes(typed));
		if (within.length)
			return within.length === 1 ? keys.indexOf(within[0]) : -1;
		const parts = keys.filter((key) => key && typed.includes(key));
		const best = parts.reduce((longest, key) => key.length > longest.length ? key : longest, "");
		const denies = (one) => /[\u4e0d\u6ca1\u672a\u975e]/.test(one);
		return best && denies(best) === denies(typed) && parts.every((key) => best.includes(key)) ? keys.indexOf(best) : -1;
	}

	/* The index of the choice that is spelled like this, or whose words these are; -1: none. */
	function choiceIn(list, text) {
		const folded = fold(text), keys = list.map(fold), typed = distinctWords(text);
		const begun = keys.filter((one) => folded && one.startsWith(folded));
		if (keys.includes(folded) || begun.length === 1)
			return keys.indexOf(keys.includes(folded) ? folded : begun[0]);
		const isPart = (part, whole) => part.length > 0 && part.every((word) => whole.includes(word));
		const passes = [(choice) => isPart(typed, choice) && isPart(choice, typed), (choice) => isPart(typed, choice)];
		if (!/[+*/=<>]/.test(text))
			passes.push((choice) => isPart(choice, typed));
		for (const pass of passes) {
			const found = list.filter((choice) => pass(distinctWords(choice)));
			if (found.length === 1)
				return list.indexOf(found[0]);
			if (found.length)
				break;
		}
		return text.match(EAST) ? partOf(list, text) : -1;
	}

	/* A choice may also be typed as it is in the lesson's own language. */
	function choiceOf(question, text) {
		const shown = choiceIn(question.choices, text), found = shown < 0 ? choiceIn(question.originals, text) : shown;
		return found < 0 ? null : fold(question.choices[found]);
	}

	function numberKey(text) {
		const digits = text.replace(/[ ,_']/g, "");
		return /^([0-9]{1,18}|0[xX][0-9a-fA-F]{1,15})$/.test(digits) ? BigInt(digits).toString() : null;
	}

	/* A number below a thousand in Chinese. */
	function numberOfEast(text) {
		const digits = "零一二三四五六七八九十百", runs = text.match(/[零一二两三四五六七八九十百]+/g) || [];
		let whole = 0, digit = 0;
		for (const c of runs[0] || "") {
			const is = c === "两" ? 2 : digits.indexOf(c);
			whole += is < 10 ? 0 : (digit || 1) * (is === 10 ? 10 : 100);
			digit = is < 10 ? is : 0;
		}
		return runs.length === 1 ? String(whole + digit) : null;
	}

	/* The number in "ack 11", "20 bytes" or "four segments". */
	function numberOf(typed) {
		const text = plain(typed).replace(EAST, " "), found = [];
		if (numberKey(plain(typed)) !== null)
			return numberKey(plain(typed));
		for (const part of text.split(" ")) {
			const word = part.toLowerCase().replace(/[.,;!?)]+$/, "").replace(/^(?!0x)([0-9]+)[a-z]+$/, "$1");
			const key = numberKey(own(data.synonyms, word) || word);
			if (key !== null)
				found.push(key);
			else if (/[0-9+*/=<>]/.test(part))
				return null;
		}
		return found.length === 1 ? found[0] : /[0-9]/.test(text) || found.length ? null : numberOfEast(typed);
	}

	/* What two spellings of the same answer have in common; null: it is nothing that could be an answer. */
	function keyOf(question, text) {
		if (question.kind === "number")
			return numberOf(text);
		if (question.kind === "state")
			return own(data.spellings, fold(text)) || own(data.spellings, meantBy(plain(text).replace(EAST, " ")));
		if (question.kind === "choice")
			return choiceOf(question, text);
		return fold(text) || null;
	}

	/* The Latin letters and digits of a Chinese answer: "RST". */
	function latinOf(text) {
		return text.match(EAST) ? fold(plain(text).replace(EAST, " ")) : "";
	}

	function isRight(question, text) {
		const key = keyOf(question, text), meant = meantBy(text), latin = latinOf(text);
		if (question.kind === "word" && latin && (latin === question.key || question.right.includes(latin)))
			return true;
		return key === question.key || question.right.includes(fold(text)) || (key !== null && question.right.includes(key)) ||
			(meant !== "" && question.right.includes(meant)) || (question.kind === "word" && meant === question.key);
	}

	function nextHint(question) {
		if (hint < question.hints.length)
			hint++;
		return hint ? say("Hint: {0}", question.hints[hint - 1]) : say("{0}, or show the answer.", question.form);
	}

	function check() {
		const question = stop(), text = $("typed").value.trim();
		if (!text) {
			$("said").textContent = nextHint(question);
			return;
		}
		if (isRight(question, text)) {
			right.add(stopAt);
			reveal();
			return;
		}
		const key = keyOf(question, text), words = [meantBy(text), latinOf(text)];
		const wrong = question.wrong.find((one) => one[0] === key || (question.kind === "word" && words.includes(one[0])));
		if (key === null)
			$("said").textContent = say("“{0}” is not {1}. {2}.", text, question.wanted, question.form);
		else
			$("said").textContent = say("“{0}” is not right. {1}", text, wrong ? wrong[1] : nextHint(question));
		$("typed").value = "";
	}

	function paragraphs(text) {
		text.split("\n").forEach((line) => {
			if (line)
				$("answer").appendChild(element("p", line.startsWith("$ ") ? "command" : "", line));
		});
	}

	function score() {
		const asked = stops.filter((one) => one.kind).length;
		return asked ? say("{0} of {1} right", right.size, asked) : "";
	}

	function reveal() {
		answered = true;
		showQuestion();
		$("next").focus();
	}

	function showQuestion() {
		const question = stop(), shown = question !== undefined && !playing;
		const open = shown && !answered && question.kind !== "";
		$("question").hidden = false;
		$("stop").textContent = question ? say("Stop {0} of {1}", stopAt + 1, stops.length) : say("End. {0}", score());
		$("ask").textContent = shown ? question.ask : "";
		$("form").textContent = shown && question.kind === "choice" ? question.form + "." : "";
		$("typing").hidden = $("hint").hidden = !open;
		$("reveal").hidden = !shown || answered;
		$("next").hidden = !question || (shown && !answered);
		$("next").textContent = playing ? say("To the stop") : say("Go on");
		$("previous").hidden = stopAt < 1;
		$("said").textContent = !answered || !shown || !question.kind ? "" :
			right.has(stopAt) ? say("Right: {0}", question.shown) : say("Answer: {0}", question.shown);
		$("answer").hidden = question && !(shown && answered);
		$("answer").textContent = "";
		if (shown && answered) {
			paragraphs(question.answer);
			question.sums.forEach((sum) => $("answer").appendChild(element("p", "sum", sum)));
		}
		if (!question)
			paragraphs(data.end || say("This lesson ends here."));
		$("lifelines").classList.toggle("asking", Boolean(question) && !answered); // what it asks may stand there
		$("explanation").hidden = Boolean(question) && (!answered || question.replay < 0);
	}

	/* Goes to a stop; `way`: its replay plays up to there. */
	function goToStop(index, way) {
		pause();
		stopAt = index;
		answered = hint = 0;
		$("typed").value = "";
		const one = stop() || stops[stops.length - 1];
		$("screen").hidden = one.replay >= 0;
		$("lifelines").hidden = $("details").hidden = one.replay < 0;
		$("screen").firstChild.textContent = (one.screen || []).join("\n");
		if (one.replay >= 0) {
			const same = replay === data.replays[one.replay], from = same ? at : 0;
			openReplay(one.replay);
			$("scrub").max = last();
			if (stop() && way && from < last() && !still) {
				show(from, true);
				play();
				showQuestion();
				return;
			}
			show(last(), !one.held);
		}
		arrive();
	}

	/* The stop is reached: its question is asked. */
	function arrive() {
		showQuestion();
		if (stop() && stop().kind && window.matchMedia("(pointer: fine)").matches)
			$("typed").focus();
	}

	/* What Space does in a lesson, and the button that goes on. */
	function goOn() {
		if (playing)
			goToStop(stopAt, false);
		else if (stop() && !answered)
			reveal();
		else if (stop())
			goToStop(stopAt + 1, true);
	}

	window.addEventListener("resize", () => { if (replay) drawWays(); });

	/* ---- Playing */

	function speed() {
		return Number($("speed").value);
	}

	function pause() {
		playing = false;
		window.clearTimeout(timer);
		$("play").textContent = say("Play");
	}

	function fly(index, then) {
		window.clearTimeout(timer);
		flying = true;
		if (!flies(steps[index]) || still) {
			flying = false;
			show(index, true);
			then();
			return;
		}
		document.documentElement.style.setProperty("--flight", FLIGHT / speed() + "ms");
		show(index, false);
		timer = window.setTimeout(() => { flying = false; show(index, true); then(); }, FLIGHT / speed());
	}

	function go() {
		if (at >= last()) {
			pause();
			if (stop() && stop().held)
				show(at, false);
			if (stops.length)
				arrive();
			return;
		}
		fly(at + 1, () => {
			if (playing)
				timer = window.setTimeout(go, READING / speed());
		});
	}

	function play() {
		playing = true;
		$("play").textContent = say("Pause");
		if (at >= last())
			show(0, true);
		timer = window.setTimeout(go, 200);
	}

	function toggle() {
		if (playing)
			pause();
		else
			play();
	}

	function move(index) {
		pause();
		show(Math.max(0, Math.min(last(), index)), true);
	}

	function forward() {
		pause();
		if (!arrived)
			show(at, true);
		else if (at < last())
			fly(at + 1, () => {});
	}

	const keys = {
		" ": stops.length ? goOn : toggle, ArrowRight: forward, ArrowLeft: () => move(at - 1), Home: () => move(0),
		End: () => move(last()),
	};

	document.addEventListener("keydown", (event) => {
		const inControl = /^(SELECT|INPUT)$/.test(event.target.tagName);
		const presses = event.key === " " && event.target.tagName === "BUTTON";
		if (!keys[event.key] || inControl || presses || event.ctrlKey || event.altKey || event.metaKey)
			return;
		event.preventDefault();
		keys[event.key]();
	});
	$("play").addEventListener("click", toggle);
	$("first").addEventListener("click", () => move(0));
	$("back").addEventListener("click", () => move(at - 1));
	$("forward").addEventListener("click", forward);
	$("last").addEventListener("click", () => move(last()));
	$("scrub").addEventListener("input", () => move(Number($("scrub").value)));
	$("reveal").addEventListener("click", reveal);
	$("check").addEventListener("click", check);
	$("hint").addEventListener("click", () => { $("said").textContent = nextHint(stop()); });
	$("next").addEventListener("click", goOn);
	$("previous").addEventListener("click", () => goToStop(stopAt - 1, false));
	$("typed").addEventListener("keydown", (event) => {
		const shows = event.key === " " && !$("typed").value;
		if (event.key !== "Enter" && !shows)
			return;
		event.preventDefault();
		event.stopPropagation();
		if (shows)
			reveal();
		else
			check();
	});

	function openReplay(index) {
		if (replay === data.replays[index])
			return;
		replay = data.replays[index];
		steps = replay.steps;
		at = 0;
		[0, 1].forEach((side) => {
			$("name" + side).textContent = replay.names[side];
			$("address" + side).textContent = replay.addresses[side];
		});
		$("scrub").max = steps.length - 1;
		$("rows").textContent = "";
		buildRows();
		drawWays();
	}

	/* The page's own texts are English until here. */
	function translate() {
		const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
		while (texts.nextNode())
			texts.currentNode.data = say(texts.currentNode.data);
		document.querySelectorAll("[aria-label]").forEach((one) => one.setAttribute("aria-label", say(one.getAttribute("aria-label"))));
	}

	translate();
	buildDiagram();
	if (stops.length) {
		$("keys").textContent = say("Space shows the answer and goes on, ← and → step, Home and End jump. ~ marks what is presumed, also a program's call; ? what is assumed, ! what a loss implies.");
		goToStop(0, true);
	} else {
		openReplay(0);
		show(0, true);
	}
}());
