-- One line of JSON after wrk's own report. 304 is an answer, everything from 400 on is none.
function done(summary)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    io.write(string.format('{"requests": %d, "microseconds": %d, "failed": %d}\n',
        summary.requests, summary.duration, failed))
end
