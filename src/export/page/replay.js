/* Plays the connection that the page's data describe. The data come from a capture, so every string of theirs is only
 * ever set as text. See src/export/html.c for the form of the data. */
"use strict";
(function () {
	const data = JSON.parse(document.getElementById("data").textContent);
	const steps = data.steps;
	steps.forEach((step, index) => { step.s = step.s || (index ? steps[index - 1].s : data.start); });
	const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
	const FLIGHT = 600, READING = 1500; // milliseconds at speed 1
	let at = 0, arrived = true, playing = false, since = 0, timer = 0;

	const $ = (id) => document.getElementById(id);

	function element(tag, className, text) {
		const made = document.createElement(tag);
		if (className)
			made.className = className;
		if (text !== undefined)
			made.textContent = text;
		return made;
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

	/* The states after a step; before its segment has arrived, those of the receiver are still the ones before. */
	function states(index, hasArrived) {
		const step = steps[index], before = index ? steps[index - 1].s : data.start;
		return [0, 1].map((side) => hasArrived || step.from === side || step.from < 0 ? step.s[side] : before[side]);
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
		$("diagram-text").textContent = data.names.map((name, side) => name + ": " + shown[side]).join(", ");
	}

	/* ---- The lifelines */

	function buildRows() {
		const list = $("rows");
		steps.forEach((step, index) => {
			const item = element("li"), row = element("button", "row");
			const before = index ? steps[index - 1].s : data.start;
			row.type = "button";
			row.appendChild(element("span", "time", index ? "+" + wait(step.t - steps[index - 1].t) : "0 s"));
			for (const side of [0, 1]) {
				const changed = step.s[side] !== before[side];
				const state = element("span", "side side" + side, changed || !index ? step.s[side] : "");
				state.dataset.state = stateName(step.s[side]);
				row.appendChild(state);
			}
			const way = element("span", "way");
			way.appendChild(element("span", "label", sentence(step.l)));
			if (step.from >= 0)
				way.appendChild(element("span", "arrow from" + step.from));
			row.insertBefore(way, row.lastChild);
			row.setAttribute("aria-label", describe(index));
			row.addEventListener("click", () => { pause(); show(index, true); });
			item.appendChild(row);
			list.appendChild(item);
		});
	}

	function describe(index) {
		const step = steps[index];
		const who = step.from >= 0 ? data.names[step.from] + " to " + data.names[1 - step.from] + ": " : "";
		return "Step " + (index + 1) + ". " + who + sentence(step.l) + ". " +
			data.names.map((name, side) => name + " " + step.s[side]).join(", ");
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
		$("packet").textContent = steps[index].n ? "Packet " + steps[index].n : "No packet: only time passes";
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
		});
		showDiagram(shown);
		Array.from($("rows").children).forEach((item, i) => {
			item.className = i > index ? "later" : i === index ? "now" + (hasArrived ? "" : " flying") : "";
			if (i === index)
				item.firstChild.setAttribute("aria-current", "step");
			else
				item.firstChild.removeAttribute("aria-current");
		});
		for (const name of ["what", "lab", "why", "next", "note"]) {
			const text = step[name] === undefined ? "" : sentence(step[name]);
			$(name).textContent = text;
			$(name).parentNode.hidden = !text;
		}
		$("scrub").value = index;
		$("scrub").setAttribute("aria-valuetext", describe(index));
		$("where").textContent = "step " + (index + 1) + " of " + steps.length + ", " + seconds(step).toFixed(6) + " s";
		if (changed) {
			showFields(index);
			showQuestion(index);
			const row = $("rows").children[index];
			if (row.scrollIntoView)
				row.scrollIntoView({block: "nearest"});
		}
	}

	/* ---- A lesson's questions stand at their step */

	function showQuestion(index) {
		const stop = (data.stops || []).find((one) => one.step === index);
		$("question").hidden = !stop;
		if (!stop)
			return;
		$("ask").textContent = stop.ask;
		$("answer").textContent = stop.answer;
		$("answer").hidden = true;
		$("reveal").hidden = false;
		pause();
	}

	/* ---- Playing */

	function speed() {
		return Number($("speed").value);
	}

	function pause() {
		playing = false;
		window.clearTimeout(timer);
		$("play").textContent = "Play";
	}

	function fly(index, then) {
		window.clearTimeout(timer);
		if (steps[index].from < 0 || still) {
			show(index, true);
			then();
			return;
		}
		document.documentElement.style.setProperty("--flight", FLIGHT / speed() + "ms");
		show(index, false);
		timer = window.setTimeout(() => { show(index, true); then(); }, FLIGHT / speed());
	}

	function go() {
		if (at + 1 >= steps.length) {
			pause();
			return;
		}
		fly(at + 1, () => {
			if (playing)
				timer = window.setTimeout(go, READING / speed());
		});
	}

	function play() {
		playing = true;
		$("play").textContent = "Pause";
		if (at + 1 >= steps.length)
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
		show(Math.max(0, Math.min(steps.length - 1, index)), true);
	}

	function forward() {
		pause();
		if (!arrived)
			show(at, true);
		else if (at + 1 < steps.length)
			fly(at + 1, () => {});
	}

	const keys = {
		" ": toggle, ArrowRight: forward, ArrowLeft: () => move(at - 1), Home: () => move(0),
		End: () => move(steps.length - 1),
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
	$("last").addEventListener("click", () => move(steps.length - 1));
	$("scrub").addEventListener("input", () => move(Number($("scrub").value)));
	$("reveal").addEventListener("click", () => { $("answer").hidden = false; $("reveal").hidden = true; });

	[0, 1].forEach((side) => {
		$("name" + side).textContent = data.names[side];
		$("address" + side).textContent = data.addresses[side];
	});
	$("scrub").max = steps.length - 1;
	buildDiagram();
	buildRows();
	show(0, true);
}());
