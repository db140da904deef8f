import { useState } from 'preact/hooks';
import { type Alert, type Feedback, type Now, get } from '../api';
import { count, duration, score, time, words } from '../format';
import { useEvery, useLoad } from '../load';
import { Failure, Mark, Told } from '../parts/bits';

/** What is going on at this moment; looks again every two seconds while it is looked at. */
export function NowView() {
  const now = useLoad('now', (signal) => get<Now>('/now', undefined, signal));
  const [still, setStill] = useState(false);
  useEvery(2_000, () => {
    if (!still && !now.loading) {
      now.reload();
    }
  });
  const data = now.data;
  return (
    <>
      <div class="row">
        <h1>Now</h1>
        <span class="grow" />
        <button type="button" class="quiet" aria-pressed={still} onClick={() => setStill(!still)}>
          {still ? 'Go on' : 'Hold still'}
        </button>
      </div>
      <Failure error={now.error} />
      {data && (
        <div class="now">
          <Health pipeline={data.pipeline} />
          {data.unavailable !== undefined && (
            <section aria-labelledby="away-title">
              <h2 id="away-title">ClickHouse does not answer</h2>
              <p class="failure" role="alert">
                {data.unavailable}
              </p>
              <p class="faint">Open traces, alerts and feedback are read from it, and show up again once it answers.</p>
            </section>
          )}
          {data.alerts && <Alerts alerts={data.alerts} />}
          {data.open && <OpenTraces open={data.open} />}
          {data.feedback && <LatestFeedback feedback={data.feedback} />}
        </div>
      )}
    </>
  );
}

function Alerts(props: { alerts: Alert[] }) {
  const { alerts } = props;
  return (
    <section aria-labelledby="alerts-title">
      <h2 id="alerts-title">Alerts</h2>
      {alerts.length === 0 ? (
        <p class="good-text">None fires, and none has within a day.</p>
      ) : (
        <ul class="plain">
          {alerts.map((alert) => (
            <AlertLine key={alert.alert_id} alert={alert} />
          ))}
        </ul>
      )}
    </section>
  );
}

function OpenTraces(props: { open: NonNullable<Now['open']> }) {
  const { open } = props;
  return (
    <section aria-labelledby="open-title">
      <h2 id="open-title">Open traces</h2>
      {open.length === 0 ? (
        <p class="faint">None: every trace has settled.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Trace</th>
              <th scope="col">Agent</th>
              <th scope="col" class="number">
                Spans
              </th>
              <th scope="col" class="number">
                Open for
              </th>
            </tr>
          </thead>
          <tbody>
            {open.map((trace) => (
              <tr key={trace.trace_id}>
                <td>
                  <a href={`/trace/${trace.trace_id}`}>
                    <Told>{trace.root_name || trace.trace_id.slice(0, 12)}</Told>
                  </a>
                </td>
                <td>
                  <Told>{`${trace.agent_name} ${trace.agent_version}`}</Told>
                </td>
                <td class="number">
                  {count(trace.span_count)}
                  {trace.error_count > 0 && <span class="bad-text"> {count(trace.error_count)} failed</span>}
                </td>
                <td class="number">{duration(Math.max(0, Date.now() * 1000 - trace.started_us))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function LatestFeedback(props: { feedback: Feedback[] }) {
  const { feedback } = props;
  return (
    <section aria-labelledby="feedback-title">
      <h2 id="feedback-title">Latest feedback</h2>
      <ul class="plain">
        {feedback.map((each) => (
          <li key={each.feedback_id}>
            <Mark kind={each.kind === 'ESCALATION' ? 'warn' : 'plain'}>{words(each.kind)}</Mark> <Told>{each.name}</Told>
            {each.score !== null && ` ${score(each.score)}`}{' '}
            {each.trace_id && <a href={`/trace/${each.trace_id}`}>{each.trace_id.slice(0, 8)}</a>}
            <span class="faint">
              {' '}
              <Told>{each.source}</Told> {time(each.occurred_us)}
            </span>
            {each.comment && (
              <p>
                <Told>{each.comment}</Told>
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Health(props: { pipeline: Now['pipeline'] }) {
  const { lag, roles } = props.pipeline;
  return (
    <section aria-labelledby="health-title">
      <h2 id="health-title">Health and lag</h2>
      <ul class="plain">
        {Object.entries(roles).map(([name, role]) => (
          <li key={name}>
            <Mark kind={role.ready ? 'good' : 'bad'}>{role.ready ? 'ready' : 'not ready'}</Mark> <strong>{name}</strong>{' '}
            <span class="faint">{role.detail}</span>
          </li>
        ))}
      </ul>
      {typeof lag['error'] === 'string' ? (
        <p class="failure">{lag['error']}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Consumer</th>
              <th scope="col" class="number">
                Records behind
              </th>
              <th scope="col">Of which</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(lag as Record<string, Record<string, number>>).map(([consumer, topics]) => {
              const sum = Object.values(topics).reduce((all, one) => all + one, 0);
              return (
                <tr key={consumer}>
                  <td>{consumer}</td>
                  <td class="number">{count(sum)}</td>
                  <td class="faint">
                    {Object.entries(topics)
                      .filter(([, records]) => records > 0)
                      .map(([topic, records]) => `${topic} ${count(records)}`)
                      .join(', ')}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}

function AlertLine(props: { alert: Alert }) {
  const { alert } = props;
  const firing = alert.resolved_us === null;
  return (
    <li>
      <Mark kind={firing ? 'bad' : 'good'}>{firing ? 'firing' : 'over'}</Mark>{' '}
      <strong>
        <Told>{alert.rule}</Told>
      </strong>{' '}
      {alert.severity && <Mark kind="plain">{alert.severity}</Mark>} <Told>{alert.summary}</Told>
      <p class="faint">
        {Object.entries(alert.labels)
          .filter(([, value]) => !alert.summary.includes(value))
          .map(([name, value]) => (
            <span key={name}>
              {words(name)} <Told>{value}</Told>{' '}
            </span>
          ))}
        since {time(alert.fired_us)}
        {alert.resolved_us !== null && ` until ${time(alert.resolved_us)}`}
        {alert.value !== null && `, value ${score(alert.value)}`}
        {alert.threshold !== null && `, threshold ${score(alert.threshold)}`}
        {alert.example_trace_ids.map((id) => (
          <>
            {' '}
            <a key={id} href={`/trace/${id}`}>
              {id.slice(0, 8)}
            </a>
          </>
        ))}
      </p>
    </li>
  );
}
