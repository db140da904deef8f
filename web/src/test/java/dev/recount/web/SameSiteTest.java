package dev.recount.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.RequestHeadersBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import org.junit.jupiter.api.Test;

/** Who may send feedback to the port of the page; who may read is in {@link WebSiteTest}. */
class SameSiteTest {
  private static final String OWN = "127.0.0.1:8090";
  private static final String POINTED_HERE = "evil.example:8090";

  @Test
  void aProgramMayWriteByAnyName() throws Exception {
    assertThat(answer(headers(OWN), false)).isEqualTo(HttpStatus.OK);
    assertThat(answer(headers("recount.internal:8090"), false)).isEqualTo(HttpStatus.OK);
  }

  @Test
  void thePageMayWrite() throws Exception {
    RequestHeadersBuilder page = headers(OWN).add("origin", "http://" + OWN);
    assertThat(answer(page.add("sec-fetch-site", "same-origin"), false)).isEqualTo(HttpStatus.OK);
  }

  @Test
  void aPageOfAnotherSiteMayNot() throws Exception {
    RequestHeadersBuilder other = headers(OWN).add("origin", "http://evil.example");
    assertThat(answer(other.add("sec-fetch-site", "cross-site"), true))
        .isEqualTo(HttpStatus.FORBIDDEN);
  }

  @Test
  void norOneWhoseNameWasPointedHereUnlessATokenIsAskedFor() throws Exception {
    RequestHeadersBuilder page = headers(POINTED_HERE).add("origin", "http://" + POINTED_HERE);
    assertThat(answer(page, false)).isEqualTo(HttpStatus.FORBIDDEN);
    assertThat(answer(page, true)).isEqualTo(HttpStatus.OK);
  }

  private static RequestHeadersBuilder headers(String authority) {
    return RequestHeaders.builder(HttpMethod.POST, "/v1/feedback").authority(authority);
  }

  private static HttpStatus answer(RequestHeadersBuilder headers, boolean anyName)
      throws Exception {
    HttpRequest request = HttpRequest.of(headers.build());
    return SameSite.ofBrowsers(anyName)
        .serve(
            (context, passed) -> HttpResponse.of(HttpStatus.OK),
            ServiceRequestContext.of(request),
            request)
        .aggregate()
        .join()
        .status();
  }
}
